// The worker that reads QR codes where the browser cannot: zxing-wasm, with the options that were measured
// (docs/ticket-codes.md). Gets {id, width, height, data}, answers {id, text, ms}.

import { prepareZXingModule, readBarcodes } from "/static/vendor/zxing-wasm/es/reader/index.js";

prepareZXingModule({ overrides: { locateFile: () => "/static/vendor/zxing-wasm/reader/zxing_reader.wasm" } });

const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryInvert: true, maxNumberOfSymbols: 1 };

self.addEventListener("message", async ({ data: { id, width, height, data } }) => {
  const start = performance.now();
  try {
    const found = await readBarcodes({ width, height, data: new Uint8ClampedArray(data) }, OPTIONS);
    self.postMessage({ id, text: found.find((one) => one.isValid)?.text ?? null, ms: performance.now() - start });
  } catch (error) {
    self.postMessage({ id, text: null, ms: performance.now() - start, fault: String(error) });
  }
});
self.postMessage({ id: -1 });
