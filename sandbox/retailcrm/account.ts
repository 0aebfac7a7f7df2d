import { type Call, ok, plain, type Reply, type Route } from "./call.ts";
import { phpMap } from "./fields.ts";
import { includesText, paged, readFilter, withinDates } from "./lists.ts";
import { asList } from "./parameters.ts";
import { missing, notFound, refuse, refuseInput, texts } from "./refusal.ts";
import type { Fields } from "./state.ts";
import { nextId } from "./state.ts";

export function apiVersions(): Reply {
  return ok({ versions: ["3.0", "4.0", "5.0"] });
}

/** Scopes and, for older clients, the methods they open (reference 3.2). */
export function credentials(call: Call, routes: Route[]): Reply {
  const { key } = call;
  const open = routes.filter((route) => route.scope === undefined || key.scopes.includes(route.scope));
  const methods = [...new Set(open.map((route) => route.path.replace("/api/v5/", "/api/")))];
  if (!call.crm.switches.scopesInCredentials) return ok({ credentials: methods });
  return ok({
    credentials: methods,
    scopes: key.scopes,
    ...(key.sites === "all"
      ? { siteAccess: "access_full" }
      : { siteAccess: "access_selective", sitesAvailable: key.sites }),
  });
}

export function systemInfo(call: Call): Reply {
  return ok({ systemVersion: "8.12.40", publicUrl: call.crm.baseUrl, technicalUrl: call.crm.baseUrl });
}

export function settings(call: Call): Reply {
  const { state, switches } = call.crm;
  if (switches.settingsForbidden) refuse(403, texts.accessDenied);
  const site = Object.keys(state.books.sites ?? {})[0];
  const order = { site, order_type: "eshop-individual", order_method: "messenger" };
  return ok({
    settings: {
      ...accountSettings(call),
      work_times: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"].map((day) => ({
        day_type: day,
        start_time: "09:00",
        end_time: "18:00",
        lunch_start_time: "13:00",
        lunch_end_time: "14:00",
      })),
      non_working_days: [{ start_date: "01.01", end_date: "01.02" }],
      mg: { order_creation: { default: order, channels: { "17": order } } },
    },
  });
}

function accountSettings(call: Call): Fields {
  const { currency, language, zone } = call.crm.state;
  const value = (text: string): Fields => ({ value: text, updated_at: "2025-01-14 10:00:00" });
  return { default_currency: value(currency), system_language: value(language), timezone: value(zone) };
}

export function listUsers(call: Call): Reply {
  const filter = readFilter(call, {
    email: "text",
    status: "text",
    online: "flag",
    active: "flag",
    isManager: "flag",
    isPosManager: "flag",
    isAdmin: "flag",
    groups: "list",
    createdAtFrom: "date",
    createdAtTo: "date",
  });
  const flags = ["online", "active", "isManager", "isAdmin"];
  const users = call.crm.state.users.filter(
    (user) =>
      includesText(user.email, filter.text("email")) &&
      (filter.text("status") === undefined || user.status === filter.text("status")) &&
      flags.every((name) => filter.flag(name) === undefined || user[name] === filter.flag(name)) &&
      (filter.list("groups") === undefined ||
        (user.groups as Fields[]).some((group) => filter.list("groups")!.includes(String(group.code)))) &&
      withinDates(String(user.createdAt), filter.text("createdAtFrom"), filter.text("createdAtTo")),
  );
  return paged(call, "users", users, (user) => user);
}

export function getUser(call: Call): Reply {
  return ok({ user: namedUser(call) });
}

export function setUserStatus(call: Call): Reply {
  const user = namedUser(call);
  const status = plain(call, "status") ?? missing("status");
  if (!["free", "busy", "dinner", "break"].includes(status)) {
    refuseInput("status", "The value you selected is not a valid choice.");
  }
  user.status = status;
  return ok();
}

function namedUser(call: Call): Fields {
  return call.crm.state.users.find((user) => String(user.id) === call.path.id) ?? notFound();
}

export function listUserGroups(call: Call): Reply {
  return paged(call, "groups", call.crm.state.userGroups, (group) => group);
}

export function checkFeatures(call: Call): Reply {
  const tree = call.query.features ?? missing("features");
  const codes = asList(tree) ?? refuseInput("features");
  return ok({ features: codes.map((code) => ({ code, available: true })) });
}

/** A note to the account's people; kept, so that a test sees it. */
export function sendNotification(call: Call): Reply {
  const text = plain(call, "notification") ?? missing("notification");
  let notification: unknown;
  try {
    notification = JSON.parse(text) as unknown;
  } catch {
    refuse(400, texts.inputErrors);
  }
  const { type, message } = (notification ?? {}) as Fields;
  const trouble: Record<string, string> = {};
  if (type !== "api.error" && type !== "api.info") trouble.type = "The value you selected is not a valid choice.";
  if (typeof message !== "string" || message === "") trouble.message = "This value should not be blank.";
  if (Object.keys(trouble).length > 0) refuse(400, texts.entityErrors, trouble);
  call.crm.state.notifications.push({ ...(notification as Fields), createdAt: call.time });
  return ok();
}

export function getModule(call: Call): Reply {
  return ok({ integrationModule: call.crm.state.modules.get(call.path.code!) ?? notFound() });
}

/** Connects, changes or (with `active: false`) disconnects a module's instance (reference 15). */
export function editModule(call: Call): Reply {
  const code = call.path.code!;
  const raw = readModule(call);
  const known = call.crm.state.modules.get(code);
  const integrationCode = String(raw.integrationCode ?? known?.integrationCode ?? "");
  if (integrationCode === "") refuse(400, texts.entityErrors, { integrationCode: "This value should not be blank." });
  if (!code.startsWith(integrationCode)) {
    refuse(400, texts.entityErrors, { code: "Code prefix must match integrationCode" });
  }
  const next: Fields = { freeze: false, native: false, actions: {}, availableCountries: [], ...known, ...raw };
  next.code = code;
  next.integrationCode = integrationCode;
  next.active = [true, "1", 1, "true"].includes(next.active as never);
  next.freeze = known?.freeze ?? false;
  if (!next.name) refuse(400, texts.entityErrors, { name: "name must be provided" });
  call.crm.state.modules.set(code, next);
  return ok({ info: phpMap({}) }, known === undefined ? 201 : 200);
}

function readModule(call: Call): Fields {
  const tree = call.form.integrationModule ?? missing("integrationModule");
  if (typeof tree !== "string") return tree;
  try {
    const value = JSON.parse(tree) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // not JSON: refused below
  }
  return refuse(400, "Expected array, but got NULL: null");
}

/** A new key with more permissions, for modules connected in one step (reference 15.1). */
export function updateScopes(call: Call): Reply {
  const text = plain(call, "requires") ?? missing("requires");
  if (call.key.module === undefined) refuse(400, "Not enabled simple connection");
  let scopes: unknown;
  try {
    scopes = (JSON.parse(text) as Fields).scopes;
  } catch {
    refuse(400, texts.inputErrors);
  }
  if (!Array.isArray(scopes)) refuse(400, texts.inputErrors);
  const { state } = call.crm;
  const key = `${call.key.key.slice(0, 24)}-${nextId(state, "key", 1)}`;
  state.keys.delete(call.key.key);
  state.keys.set(key, { ...call.key, key, scopes: scopes.map(String) });
  return ok({ apiKey: key });
}
