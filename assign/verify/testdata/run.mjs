// Checks bundles with the verifier: one JSON object a line on standard input,
// the files in base64 by name, or the whole archive under "zip"; one report a
// line on standard output.
import { createInterface } from "node:readline";
import { unzip, verify } from "../verifier.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  const bytes = (s) => new Uint8Array(Buffer.from(s, "base64"));
  let report;
  try {
    const files = given.zip ? await unzip(bytes(given.zip)) : new Map(Object.entries(given).map(([name, s]) => [name, bytes(s)]));
    report = verify(files);
  } catch (e) {
    report = { ok: false, fault: { code: e.code ?? "crash", text: String(e) }, panels: [] };
  }
  console.log(JSON.stringify(report));
}
