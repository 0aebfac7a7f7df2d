import { reactive } from "vue";

export type Toast = { id: number; kind: "success" | "error"; text: string; open: boolean };

/** Messages that fade: for success, and for failures that belong to no place on the page. */
export const toasts = reactive<Toast[]>([]);
const shownMax = 4;
let lastId = 0;

export function say(text: string, kind: Toast["kind"] = "success"): void {
  lastId += 1;
  toasts.push({ id: lastId, kind, text, open: true });
  while (toasts.length > shownMax) toasts.shift();
}

export function forget(id: number): void {
  const place = toasts.findIndex((toast) => toast.id === id);
  if (place >= 0) toasts.splice(place, 1);
}
