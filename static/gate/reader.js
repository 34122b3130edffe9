// Finding a QR in the camera's picture, eight to ten times a second: by the browser's own detector where there is one
// that answers within a second, else by the worker. While the browser's own finds nothing, the worker looks now and
// then as well: not every detector reads inverted codes (a ticket in dark mode).

const EVERY = 110;
const WATCHDOG = 1000;
const WORKER_PATIENCE = 5000;
const LARGEST_CROP = 640;
const LARGEST_FULL = 960;
const LARGEST_PHOTO = 1600;

export class Reader {
  constructor(video, found) {
    this.video = video;
    this.found = found;
    this.running = false;
    this.native = null;
    this.worker = null;
    this.turn = 0;
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.waiting = new Map();
    this.nextId = 0;
  }

  async prepare() {
    if (typeof BarcodeDetector !== "undefined") {
      try {
        const formats = await within(BarcodeDetector.getSupportedFormats(), WATCHDOG);
        if (formats.includes("qr_code")) this.native = new BarcodeDetector({ formats: ["qr_code"] });
      } catch {
        this.native = null;
      }
    }
    this.startWorker();
  }

  startWorker() {
    this.worker = new Worker("/gate/decoder.js", { type: "module" });
    this.worker.addEventListener("message", ({ data }) => {
      this.waiting.get(data.id)?.(data.text);
      this.waiting.delete(data.id);
    });
  }

  run() {
    if (this.running) return;
    this.running = true;
    this.loop();
  }

  stop() {
    this.running = false;
  }

  async loop() {
    while (this.running) {
      const started = performance.now();
      if (this.video.readyState >= 2 && this.video.videoWidth && !document.hidden) {
        const text = await this.look().catch(() => null);
        if (text && this.running) this.found(text);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(20, EVERY - (performance.now() - started))));
    }
  }

  async look() {
    this.turn += 1;
    if (this.native) {
      try {
        const [first] = await within(this.native.detect(this.video), WATCHDOG);
        if (first?.rawValue) return first.rawValue;
      } catch {
        this.native = null; // it hangs or fails on this phone: the worker takes over
      }
      if (this.native && this.turn % 4) return null;
    }
    return this.decode(this.video, this.video.videoWidth, this.video.videoHeight, (this.native ? this.turn >> 2 : this.turn) % 2 === 0);
  }

  /** Let the worker look at the whole picture, or at its middle in more detail. */
  decode(source, width, height, whole, largest = whole ? LARGEST_FULL : LARGEST_CROP) {
    const side = Math.round(Math.min(width, height) * 0.8);
    const [w, h] = whole ? [width, height] : [side, side];
    const scale = Math.min(1, largest / Math.max(w, h));
    const [to_w, to_h] = [Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale))];
    this.canvas.width = to_w;
    this.canvas.height = to_h;
    this.context.drawImage(source, (width - w) / 2, (height - h) / 2, w, h, 0, 0, to_w, to_h);
    const data = this.context.getImageData(0, 0, to_w, to_h).data.buffer;
    const id = this.nextId++;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    this.worker.postMessage({ id, width: to_w, height: to_h, data }, [data]);
    return within(answer, WORKER_PATIENCE).catch(() => {
      // A worker that hangs is replaced; the first answer may take long while the decoder is loading.
      this.waiting.clear();
      this.worker.terminate();
      this.startWorker();
      return null;
    });
  }

  /** Read a photograph: whole, then smaller, then its middle. */
  async photo(file) {
    const bitmap = await createImageBitmap(file);
    try {
      for (const [whole, largest] of [[true, LARGEST_PHOTO], [true, LARGEST_FULL], [false, LARGEST_PHOTO]]) {
        const text = await this.decode(bitmap, bitmap.width, bitmap.height, whole, largest);
        if (text) return text;
      }
      return null;
    } finally {
      bitmap.close();
    }
  }
}

function within(promise, milliseconds) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), milliseconds))]);
}
