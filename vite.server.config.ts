import { existsSync } from "node:fs";
import { defineConfig } from "vite";

const entries: Record<string, string> = {
  main: "src/main.ts",
  "make-template": "src/make-template.ts",
  sandbox: "sandbox/main.ts",
  demo: "demo/main.ts",
  bench: "bench/main.ts",
};

/** The programs: each in one file with what it needs, save the embedded database, which brings its own files. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, external: ["@electric-sql/pglite", "pg-native"] },
  build: {
    ssr: true,
    target: "node20",
    outDir: "dist",
    emptyOutDir: false,
    minify: false,
    sourcemap: false,
    chunkSizeWarningLimit: 10_000,
    rollupOptions: {
      input: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path))),
      output: {
        format: "es",
        entryFileNames: "[name].js",
        // Beside the programs, so that all of them find the pages and files from where they lie.
        chunkFileNames: "chunk-[name]-[hash].js",
        banner: (chunk) => (chunk.isEntry && chunk.name === "main" ? "#!/usr/bin/env node" : ""),
      },
    },
  },
});
