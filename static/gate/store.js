// What the phone keeps: its token and the scans that no server has answered yet. IndexedDB, because it survives a
// crash between two lines of code; no names are ever written here, only codes, and those only until they are answered.

const NAME = "ngayso-gate";
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("queue", { keyPath: "nonce" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function transact(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    // "strict": a scan that was shown as waiting is on the disk.
    const transaction = database.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : {});
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const keep = (key, value) => transact("kept", "readwrite", (store) => store.put(value, key));
export const kept = (key) => transact("kept", "readonly", (store) => store.get(key));
export const drop = (key) => transact("kept", "readwrite", (store) => store.delete(key));

export const enqueue = (scan) => transact("queue", "readwrite", (store) => store.put(scan));
export const settle = (nonce) => transact("queue", "readwrite", (store) => store.delete(nonce));
export const waiting = () => transact("queue", "readonly", (store) => store.count());

/** The scans that wait, oldest first (nonces are made in the order of time). */
export const oldest = (most) => transact("queue", "readonly", (store) => store.getAll(null, most));

/** Forget everything: the device was revoked, or its shift is over. */
export async function wipe() {
  await transact("kept", "readwrite", (store) => store.clear());
  await transact("queue", "readwrite", (store) => store.clear());
}

/** A time-ordered random id (UUID, version 7). */
export function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A bearer token for this phone: 32 random bytes, URL-safe. */
export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
