// The searches of search/zh with two indexes that a Node programmer would pick, both over pairs of Chinese
// characters, which they do not cut by themselves. The first argument is the folder of the data.
import { readFileSync } from 'node:fs'
import { Document, Encoder } from 'flexsearch'
import MiniSearch from 'minisearch'
import { obey, timed } from './child.mjs'

const read = name => JSON.parse(readFileSync(`${process.argv[2]}/${name}.json`, 'utf8'))
const judged = read('judged')

function pairs(text) {
  const all = []
  for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
    if (!word) continue
    const runes = [...word]
    if (!/\p{Script=Han}/u.test(runes[0]) || runes.length === 1) all.push(word)
    else for (let i = 0; i + 1 < runes.length; i++) all.push(runes[i] + runes[i + 1])
  }
  return all
}

function flexsearch(docs) {
  const field = name => ({ field: name, tokenize: 'strict', encoder: new Encoder({ normalize: false, dedupe: false, prepare: s => s, split: /\s+/ }) })
  const index = new Document({ document: { id: 'id', index: [field('name'), field('text')] } })
  docs.forEach((d, id) => index.add({ id, name: pairs(d.name).join(' '), text: pairs(d.text).join(' ') }))
  return (q, n) => index.search(pairs(q).join(' '), { limit: n, suggest: true, merge: true }).slice(0, n).map(r => docs[r.id].key)
}

function minisearch(docs) {
  const index = new MiniSearch({ fields: ['name', 'text'], tokenize: pairs, searchOptions: { boost: { name: 4 } } })
  index.addAll(docs.map((d, id) => ({ id, name: d.name, text: d.text })))
  return (q, n) => index.search(q).slice(0, n).map(r => docs[r.id].key)
}

const verbs = {}
for (const [name, make] of Object.entries({ flexsearch, minisearch })) {
  const few = make(read('shifan')), many = make(read('large'))
  verbs[`${name}-judged`] = n => ({ n, ns: 0, cpu: 0, check: judged.filter(j => few(j.Query, n).some(k => j.Want.includes(k))).length })
  verbs[name] = n => timed(n, () => { for (let i = 0; i < n; i++) many(judged[i % judged.length].Query, 10) })
}
await obey(verbs)
