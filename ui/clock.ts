import { shallowRef } from "vue";

/** The present time for "3 min. ago"; moves every 15 s. */
export const now = shallowRef(new Date());

window.setInterval(() => {
  now.value = new Date();
}, 15_000);
