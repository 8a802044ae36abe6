// Package search finds services, matters and offices by words as people say them: sentences, pinyin,
// initials, typing errors, old names and synonyms.
//
// Its one rule: an Index is made once from one edition of a city and never changes, so that any number of
// requests read it at once; a new edition is a new Index. What people say in place of official words is
// data of the jurisdiction (synonyms.yaml), not code. It stands beside the guide at the beginning of the
// stream: from what it finds, a way leads to an event page and from there to questions.
//
// Texts are cut into pairs of Chinese characters and into Latin words. A pair that is not known is looked
// up by its sound, with the sounds that people mix up taken as one; pinyin is read the same way.
package search
