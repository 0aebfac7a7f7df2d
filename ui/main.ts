import "./style/style.css";
import { createApp } from "vue";
import App from "./App.vue";
import { loadSession } from "./session.ts";
import { startLanguage, text } from "./text/language.ts";

startLanguage();
void loadSession();
createApp(App).use(text).mount("#app");
