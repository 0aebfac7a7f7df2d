import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ["{src,sandbox,demo,ui,bench,scripts,test}/**/*.test.ts"],
    globalSetup: ["test/postgres.setup.ts"],
    // Processes, not threads: a database engine in WebAssembly needs hundreds of megabytes, freed with its process.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    reporters: ["default"],
  },
});
