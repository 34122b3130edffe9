// The camera: asked for on a tap, given back when the page hides, taken again when it is back. Abilities are found by
// asking the track, never by reading labels (iOS translates them).

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 } };
const STALLED_AFTER = 3000;

export class Camera {
  /** `changed(state)` is told: "off", "starting", "on", or the name of the browser's error. */
  constructor(video, changed) {
    this.video = video;
    this.changed = changed;
    this.stream = null;
    this.wanted = false;
    this.deviceId = "";
    this.torch = false;
    this.lastTime = -1;
    this.lastMoved = 0;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.release() : this.again()));
    addEventListener("pagehide", () => this.release());
    addEventListener("pageshow", () => this.again());
    setInterval(() => this.watch(), 1000);
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  /** Whether there is a way to have a camera at all (a secure address, a browser that knows how). */
  static get possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  async start() {
    this.wanted = true;
    await this.again();
  }

  async again() {
    if (!this.wanted || document.hidden || this.starting || this.track?.readyState === "live") return;
    this.starting = true;
    this.changed("starting");
    try {
      this.release();
      const video = this.deviceId ? { ...WANTED, deviceId: { exact: this.deviceId } } : { ...WANTED, facingMode: { ideal: "environment" } };
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      const track = this.track;
      // A call, another app or a sleeping phone ends or mutes the track without a word to the page.
      track.addEventListener("ended", () => this.again());
      track.addEventListener("mute", () => setTimeout(() => track.muted && track === this.track && this.restart(), 2000));
      this.video.srcObject = this.stream;
      await this.video.play().catch(() => {});
      this.lastMoved = Date.now();
      this.changed("on");
    } catch (error) {
      this.stream = null;
      this.changed(error.name);
    } finally {
      this.starting = false;
    }
  }

  restart() {
    this.release();
    return this.again();
  }

  /** A picture that stands still for seconds is a camera that died (seen after sleep on several phones). */
  watch() {
    if (!this.track || document.hidden) return;
    if (this.video.currentTime !== this.lastTime) {
      this.lastTime = this.video.currentTime;
      this.lastMoved = Date.now();
    } else if (Date.now() - this.lastMoved > STALLED_AFTER) {
      this.lastMoved = Date.now();
      this.restart();
    }
  }

  release() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.torch = false;
    this.video.srcObject = null;
  }

  stop() {
    this.wanted = false;
    this.release();
    this.changed("off");
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  async toggleTorch() {
    try {
      await this.track.applyConstraints({ advanced: [{ torch: !this.torch }] });
      this.torch = !this.torch;
    } catch {
      this.torch = false;
    }
    return this.torch;
  }

  /** The cameras there are; known once one of them was allowed. */
  async cameras() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
  }

  async switch() {
    const all = await this.cameras();
    if (all.length < 2) return;
    const now = this.track?.getSettings?.().deviceId ?? "";
    this.deviceId = all[(all.findIndex((device) => device.deviceId === now) + 1) % all.length].deviceId;
    await this.restart();
  }
}
