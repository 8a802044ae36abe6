// The peer of step/five: a case of five steps on graphile-worker, a durable queue in PostgreSQL. Every step
// takes the job, writes the state of the case and puts the next job. PGURL says where.
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { obey, quantile, timed } from './child.mjs'

const connectionString = process.env.PGURL
const pool = new pg.Pool({ connectionString, max: 20 })
await pool.query('CREATE TABLE IF NOT EXISTS case_state (id BIGINT PRIMARY KEY, step INT NOT NULL)')
const utils = await makeWorkerUtils({ connectionString })
await utils.migrate()

let left = 0, wake
const began = new Map(), took = []
const step = async (p, helpers) => {
  await helpers.withPgClient(c => c.query('INSERT INTO case_state VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET step = $2', [p.id, p.step]))
  if (p.step < 5) {
    await helpers.addJob('step', { id: p.id, step: p.step + 1 })
    return
  }
  took.push(Number(process.hrtime.bigint() - began.get(p.id)))
  if (--left === 0) wake()
}
await run({ pgPool: pool, concurrency: 16, pollInterval: 100, noHandleSignals: true, taskList: { step }, logger: new Logger(() => () => {}) })

let next = Date.now() * 1000
await obey({
  five: async n => {
    took.length = 0
    began.clear()
    left = n
    const first = next + 1
    const done = new Promise(resolve => { wake = resolve })
    const out = await timed(n, async () => {
      for (let i = 0; i < n; i++) {
        const id = ++next
        began.set(id, process.hrtime.bigint())
        await utils.addJob('step', { id, step: 1 })
      }
      await done
    })
    const { rows } = await pool.query('SELECT count(*)::int AS n FROM case_state WHERE id >= $1 AND step = 5', [first])
    took.sort((a, b) => a - b)
    return { ...out, p50: quantile(took, 0.5), p99: quantile(took, 0.99), check: rows[0].n }
  },
})
