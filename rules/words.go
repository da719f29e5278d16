package rules

import (
	"slices"
	"unicode/utf8"
)

// words are texts that are written out in a condition. Most texts are told from all of them by their first letter.
type words struct {
	list  []string
	fold  *letterCase // how a text is folded before it is looked for; nil for not at all
	first [256]bool   // which bytes begin a text that may be among them
}

func newWords(list []string, fold *letterCase) *words {
	w := &words{list: list, fold: fold}
	for b := range utf8.RuneSelf {
		w.first[b] = slices.ContainsFunc(list, func(word string) bool { return word != "" && word[0] == w.folded(byte(b)) })
	}
	for b := utf8.RuneSelf; b < len(w.first); b++ {
		w.first[b] = true
	}
	return w
}

// folded folds a letter of ASCII.
func (w *words) folded(letter byte) byte {
	if w.fold != nil && w.fold.first <= letter && letter <= w.fold.last {
		return letter ^ ('a' - 'A')
	}
	return letter
}

// has tells whether a text, folded, is one of the words.
func (w *words) has(text string) bool {
	if text != "" && !w.first[text[0]] {
		return false
	}
	return slices.ContainsFunc(w.list, func(word string) bool { return w.is(text, word) })
}

// is tells whether a text, folded, is a word.
func (w *words) is(text, word string) bool {
	if w.fold == nil {
		return text == word
	}
	for i := range min(len(text), len(word)) {
		if text[i] >= utf8.RuneSelf {
			var room [64]byte
			return string(w.fold.appendFolded(room[:0], text)) == word
		}
		if w.folded(text[i]) != word[i] {
			return false
		}
	}
	return len(text) == len(word)
}
