#!/bin/sh
# Breaks every import arrow of .depguard.yaml once, in a scratch module, and fails unless depguard says so for each:
# depguard goes on without any list when it does not find its file, and this is what notices. Fails too when a stage
# has no list. Run from the top of the repository.
set -eu

scratch=bin/lint-proof
rm -rf "$scratch"
mkdir -p "$scratch"
cp go.mod go.sum .depguard.yaml "$scratch"
broken=""

# stub PATH: an empty package
stub() {
	mkdir -p "$scratch/$1"
	printf 'package stub\n' >"$scratch/$1/stub.go"
}
# breaks PATH TARGET: a package that imports what it must not
breaks() {
	mkdir -p "$scratch/$1"
	printf 'package stub\n\nimport _ "frontdoor/%s"\n' "$2" >"$scratch/$1/breaks.go"
	broken="$broken $1/breaks.go"
}

stub pipeline/other
stub scripts/other
stub schemas/other
breaks schemas rules
breaks rules pipeline
breaks pipeline scripts/other
breaks cmd/frontdoor scripts/other
breaks scripts/generate schemas/other
for folder in pipeline/*/; do
	stage=$(basename "$folder")
	if ! ls "pipeline/$stage"/*.go >/dev/null 2>&1; then
		continue
	fi
	if ! grep -q "^stage-$stage:" .depguard.yaml; then
		echo "lint: .depguard.yaml has no list stage-$stage" >&2
		exit 1
	fi
	breaks "pipeline/$stage" pipeline/other
done

said=$(cd "$scratch" && go tool depguard ./... 2>&1) || true
for file in $broken; do
	case $said in
	*"/$file:"*) ;;
	*)
		echo "lint: depguard did not notice the broken arrow in $file; it said:" >&2
		echo "$said" >&2
		exit 1
		;;
	esac
done
rm -rf "$scratch"
