#!/bin/sh
# Holds pages against the accessibility rules of axe (WCAG 2.2 A and AA) in headless Chromium, at three widths. Needs
# node with npm, and chromium; installs what else it needs below bin/, outside the repository's modules.
#
#   sh scripts/axe/run.sh store/runs/ID/report.html ...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work="$here/../../bin/axe"
command -v npm >/dev/null 2>&1 || { echo "axe: needs node and npm" >&2; exit 1; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "axe: needs chromium" >&2; exit 1; }
mkdir -p "$work"
[ -d "$work/node_modules/axe-core" ] || PUPPETEER_SKIP_DOWNLOAD=1 npm install --silent --no-audit --no-fund --prefix "$work" axe-core@4 puppeteer-core@24
cp "$here/check.mjs" "$work/check.mjs"
CHROMIUM="$browser" node "$work/check.mjs" "$@"
