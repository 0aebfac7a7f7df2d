import swagger from "@fastify/swagger";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";
import { failureSchema } from "./answers.ts";
import type { WebApp } from "./api.ts";

const transformSchema = createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: "any" } });

/** Collects every address that is added from now on and describes it at /api/v1/openapi.json. */
export async function useOpenapi(app: WebApp, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "horoshop-retailcrm",
        version,
        description: "Links a Horoshop shop with a site of a retailCRM / Simla.com account. Times are RFC 3339 UTC.",
        license: { name: "MIT", identifier: "MIT" },
      },
      components: {
        securitySchemes: {
          operator: { type: "http", scheme: "bearer", description: "The operator's token (ADMIN_TOKEN)." },
          merchant: {
            type: "apiKey",
            in: "cookie",
            name: "login",
            description: "Set when the module is opened from the CRM.",
          },
        },
      },
    },
    transform: (route) => {
      const isApi = route.url.startsWith("/api/v1/");
      const isOpen = route.route.config?.access === "open";
      const response = { "4XX": failureSchema, ...(route.schema?.response as object | undefined) };
      const schema = {
        ...route.schema,
        ...(isApi && { response }),
        ...(isApi && !isOpen && { security: [{ operator: [] }, { merchant: [] }] }),
      };
      return transformSchema({ ...route, schema } as Parameters<typeof transformSchema>[0]);
    },
  });
  app.get("/api/v1/openapi.json", { schema: { hide: true }, config: { access: "open" } }, () => app.swagger());
}
