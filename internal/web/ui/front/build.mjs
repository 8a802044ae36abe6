// Builds what internal/web/ui embeds: minified style sheets and scripts named by the hash of what is in
// them, each also compressed, the icon, and the typeface for documents. Everything goes to dist/, which
// is not committed.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";
import * as sass from "sass";

const front = dirname(fileURLToPath(import.meta.url));
const root = join(front, "../../../..");
const out = join(front, "../dist");
const old = ["chrome61", "safari11", "firefox60"]; // the browsers that run modules (specification of pages, 8)

rmSync(join(out, "manifest.json"), { force: true }); // a build that breaks off leaves plain pages, never half of them
rmSync(join(out, "static"), { recursive: true, force: true });
mkdirSync(join(out, "static"), { recursive: true });

const files = {};
const put = (name, body) => {
  const { name: base, ext } = parse(name);
  const file = `${base}-${createHash("sha256").update(body).digest("hex").slice(0, 10)}${ext}`;
  const path = join(out, "static", file);
  writeFileSync(path, body);
  const gz = gzipSync(body, { level: 9 });
  const br = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(path + ".gz", gz);
  writeFileSync(path + ".br", br);
  files[name] = file;
  console.log(`${file.padEnd(32)} ${String(body.length).padStart(7)} B ${String(gz.length).padStart(6)} gz ${String(br.length).padStart(6)} br`);
};

for (const name of ["citizen", "staff"]) {
  const { css } = sass.compile(join(front, `${name}.scss`), { style: "expanded", quietDeps: true, silenceDeprecations: ["import"], logger: sass.Logger.silent });
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: old, charset: "utf8" });
  put(`${name}.css`, Buffer.from(code));
}
for (const name of ["early", "citizen", "staff"]) {
  const built = await esbuild.build({
    entryPoints: [join(front, `${name}.js`)], bundle: true, minify: true, write: false, target: old, charset: "utf8",
    format: name === "early" ? "iife" : "esm", nodePaths: [join(root, "node_modules")],
    supported: { destructuring: true }, // esbuild lists a corner case of Firefox 60 and Safari 11 that is not used here
  });
  put(`${name}.js`, Buffer.from(built.outputFiles[0].contents));
}
put("icon.svg", readFileSync(join(front, "icon.svg")));
const font = readFileSync(join(root, "node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"));
rmSync(join(out, "NotoSansSC-Regular.ttf"), { force: true }); // what an earlier build left
writeFileSync(join(out, "NotoSansSC-Regular.ttf.br"), brotliCompressSync(font, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }));
writeFileSync(join(out, "manifest.json"), JSON.stringify({ files }, null, 1) + "\n");
