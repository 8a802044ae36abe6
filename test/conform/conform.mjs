// Validates the catalogue's CPSV-AP export against the SHACL shapes of CPSV-AP, which are others' work and not
// in this repository: CPSV_AP_SHAPES names the file (github.com/SEMICeu/CPSV-AP, releases/3.2.0, cpsv-ap-SHACL.ttl).
// Then it spoils the export, once for every property that the shapes demand, and each time the validator must
// complain: a test that cannot fail proves nothing.
//
//   CPSV_AP_SHAPES=FILE node test/conform/conform.mjs [JURISDICTION]
//
// The last line is "N passed, M failed", or says why nothing was tried.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import rdf from "@rdfjs/dataset";
import jsonld from "jsonld";
import { Parser } from "n3";
import SHACLValidator from "rdf-validate-shacl";

const root = fileURLToPath(new URL("../..", import.meta.url));
const shapesFile = process.env.CPSV_AP_SHAPES ?? "";
if (!existsSync(shapesFile)) {
  console.log(`skipped: ${shapesFile ? `there is no file ${shapesFile}` : "CPSV_AP_SHAPES does not name the shapes"}; the export was not validated`);
  process.exit(0);
}

const sh = "http://www.w3.org/ns/shacl#";
const type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const set = (quads) => rdf.dataset([...quads]);
const shapes = set(new Parser().parse(readFileSync(shapesFile, "utf8")));
const validator = new SHACLValidator(shapes);

// Nothing is fetched: the export brings its context.
async function documentLoader(url) {
  throw new Error(`the export asks for ${url}`);
}
async function triples(document) {
  return set(new Parser().parse(await jsonld.toRDF(document, { format: "application/n-quads", documentLoader })));
}

let passed = 0, failed = 0;
function tell(ok, name, ...problems) {
  ok ? passed++ : failed++;
  if (ok) return;
  console.log(`FAIL ${name}`);
  for (const p of problems.slice(0, 20)) console.log(`     ${p}`);
}

const text = execFileSync(join(root, "bin/tongban"), ["export", process.argv[2] ?? join(root, "jurisdictions/shifan"), "--as", "cpsv-ap", "--base", "https://city.example/"], { maxBuffer: 1 << 28 });
const document = JSON.parse(text);
const everything = await triples(document);
const began = Date.now();
const report = await validator.validate(everything);
tell(report.conforms, "the export conforms", ...report.results.map((r) => `${r.focusNode?.value} ${r.path?.value}: ${r.message.map((m) => m.value).join("; ")}`));
const services = [...everything.match(null, null, null)].filter((q) => q.predicate.value === type && q.object.value === "http://purl.org/vocab/cpsv#PublicService").length;
tell(services > 250, `there are ${services} public services`, "want those of all services and matters");
console.log(`${everything.size} triples, ${services} public services, ${shapes.size} triples of shapes: conforms ${report.conforms}, ${report.results.length} results, ${Date.now() - began} ms`);

// A part that is small enough to be validated again and again: two services and what they refer to.
const byID = new Map(document["@graph"].map((n) => [n["@id"], n]));
const part = new Map();
function reach(id) {
  const n = byID.get(id);
  if (!n || part.has(id)) return;
  part.set(id, n);
  for (const [key, v] of Object.entries(n)) {
    if (key !== "cv:relatedService") for (const x of [v].flat()) if (x?.["@id"]) reach(x["@id"]);
  }
}
for (const id of ["open-a-restaurant", "identity-card"]) reach(`https://city.example/services/${id}`);
const small = [...await triples({ "@context": document["@context"], "@graph": [...part.values()] })].filter((q) => !q.predicate.value.endsWith("relatedService"));
tell((await validator.validate(set(small))).conforms, "the part conforms");

// What the shapes demand: of class C at least one of property P, or that P leads to a D.
const one = (s, p) => [...shapes.match(s, null, null)].find((q) => q.predicate.value === sh + p)?.object;
const demands = [];
for (const q of shapes) {
  if (q.predicate.value !== sh + "property") continue;
  const of = one(q.subject, "targetClass"), path = one(q.object, "path");
  for (const kind of ["minCount", "maxCount", "class", "datatype"]) {
    const v = of && path && one(q.object, kind);
    if (v) demands.push({ of: of.value, path: path.value, kind, value: v });
  }
}
const short = (iri) => iri.replace(/^.*[#/]/, "");
const kinds = {};
for (const d of demands) {
  const has = (s) => small.some((q) => q.subject.equals(s) && q.predicate.value === type && q.object.value === d.of);
  const first = small.find((q) => q.predicate.value === d.path && has(q.subject));
  if (!first) continue; // the export does not use it
  const at = (q) => q.subject.equals(first.subject) && q.predicate.value === d.path;
  const spoiled = {
    minCount: () => small.filter((q) => !at(q)),
    maxCount: () => [...small, new Parser().parse(`<${first.subject.value}> <${d.path}> ${first.object.termType === "Literal" ? '"another"' : "<urn:another>"} .`)[0]],
    class: () => small.filter((q) => !(q.subject.equals(first.object) && q.predicate.value === type)),
    datatype: () => [...small.filter((q) => q !== first), new Parser().parse(`<${first.subject.value}> <${d.path}> "spoiled"^^<urn:another> .`)[0]],
  }[d.kind]();
  const r = await validator.validate(set(spoiled));
  const told = r.results.some((x) => x.path?.value === d.path);
  kinds[d.kind] = (kinds[d.kind] ?? 0) + 1;
  tell(!r.conforms && told, `${short(d.of)} ${short(d.path)} without its ${d.kind} passed`);
}
tell(Object.keys(kinds).length === 4, "every kind of demand was tried", ...Object.keys(kinds));
console.log(`spoiled: ${Object.entries(kinds).map(([k, n]) => `${n} × ${k}`).join(", ")}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
