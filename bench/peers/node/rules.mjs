// The forty conditions of guide/eval40 with two engines that a Node programmer would pick. The
// first argument is the folder of the data.
import { readFileSync } from 'node:fs'
import { LogicEngine } from 'json-logic-engine'
import { ZenEngine } from '@gorules/zen-engine'
import { obey, timed } from './child.mjs'

const dir = process.argv[2]
const { rules } = JSON.parse(readFileSync(dir + '/rules.json', 'utf8'))
const people = JSON.parse(readFileSync(dir + '/persons.json', 'utf8'))

function jsonLogic() {
  const part = p => {
    const v = { var: p.attr }
    return { ge: { '>=': [v, p.val] }, lt: { '<': [v, p.val] }, eq: { '===': [v, p.val] }, ne: { '!==': [v, p.val] }, true: v, false: { '!': v }, in: { in: [v, p.val] } }[p.op]
  }
  const engine = new LogicEngine()
  const built = rules.map(r => engine.build({ and: r.all.map(part) }))
  return p => { let hits = 0; for (const f of built) if (f(p)) hits++; return hits }
}

// Zen's own form is the decision table; "collect" gives every line that applies.
function zen() {
  const attrs = [...new Set(rules.flatMap(r => r.all.map(p => p.attr)))]
  const inputs = attrs.map((a, i) => ({ id: 'c' + i, name: a, type: 'expression', field: a }))
  const cell = p => ({ ge: `>= ${p.val}`, lt: `< ${p.val}`, eq: `"${p.val}"`, ne: `$ != "${p.val}"`, true: 'true', false: 'false', in: (Array.isArray(p.val) ? p.val : []).map(x => `"${x}"`).join(', ') })[p.op]
  const lines = rules.map(r => {
    const line = { _id: r.id, out: `"${r.doc}"` }
    for (const i of inputs) line[i.id] = ''
    for (const p of r.all) line['c' + attrs.indexOf(p.attr)] = cell(p)
    return line
  })
  const at = { x: 0, y: 0 }
  const model = {
    nodes: [
      { id: 'in', type: 'inputNode', name: 'in', position: at },
      { id: 'table', type: 'decisionTableNode', name: 'table', position: at, content: { hitPolicy: 'collect', inputs, outputs: [{ id: 'out', name: 'doc', type: 'expression', field: 'doc' }], rules: lines } },
      { id: 'out', type: 'outputNode', name: 'out', position: at },
    ],
    edges: [{ id: 'e1', sourceId: 'in', targetId: 'table', type: 'edge' }, { id: 'e2', sourceId: 'table', targetId: 'out', type: 'edge' }],
  }
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(model)))
  return async p => (await decision.evaluate(p)).result.length
}

// plain engines answer at once; Zen crosses into Rust and back.
const plain = f => async n => {
  let check = 0
  for (const p of people) check += f(p)
  let sum = 0
  const out = await timed(n, () => { for (let i = 0; i < n; i++) sum += f(people[i % people.length]) })
  return { ...out, check: sum < 0 ? -1 : check }
}
const waiting = f => async n => {
  let check = 0
  for (const p of people) check += await f(p)
  const out = await timed(n, async () => { for (let i = 0; i < n; i++) await f(people[i % people.length]) })
  return { ...out, check }
}

await obey({ 'json-logic-engine': plain(jsonLogic()), zen: waiting(zen()) })
