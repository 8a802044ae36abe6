// Reads lines "NAME N" and answers each with one line of JSON, as every child of the benchmark does.
import { createInterface } from 'node:readline'

export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0

export async function obey(verbs) {
  console.log('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, n] = line.split(' ')
    try {
      console.log(JSON.stringify(await verbs[name](Number(n))))
    } catch (e) {
      console.log(JSON.stringify({ error: String(e?.stack ?? e) }))
    }
  }
  process.exit(0)
}

// timed runs f and says what it took: nanoseconds on the clock and of the processor.
export async function timed(n, f) {
  const cpu = process.cpuUsage(), start = process.hrtime.bigint()
  await f()
  const ns = Number(process.hrtime.bigint() - start), used = process.cpuUsage(cpu)
  return { n, ns, cpu: (used.user + used.system) * 1000 }
}
