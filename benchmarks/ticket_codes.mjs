// Reads frames (8-bit grey, WIDTH x HEIGHT each) from standard input, answers one JSON line a frame: what the vendored
// decoder read and how long it took, with the options the gate uses. Started by ticket_codes.py.
import { readFileSync } from "node:fs";
import { prepareZXingModule, readBarcodes } from "../static/vendor/zxing-wasm/es/reader/index.js";

const width = Number(process.argv[2]);
const height = Number(process.argv[3]);
const size = width * height;
const wasm = readFileSync(new URL("../static/vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url));
await prepareZXingModule({ overrides: { wasmBinary: wasm }, fireImmediately: true });
const options = { formats: ["QRCode"], tryHarder: true, tryInvert: true, maxNumberOfSymbols: 1 };

let pending = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  pending = Buffer.concat([pending, chunk]);
  while (pending.length >= size) {
    const data = new Uint8ClampedArray(size * 4);
    for (let i = 0; i < size; i++) {
      data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = pending[i];
      data[4 * i + 3] = 255;
    }
    pending = pending.subarray(size);
    const start = performance.now();
    const found = await readBarcodes({ data, width, height }, options);
    const ms = performance.now() - start;
    process.stdout.write(JSON.stringify({ text: found.find((f) => f.isValid)?.text ?? null, ms }) + "\n");
  }
}
