import type { AppContext } from "../context.ts";
import { makeConnectionContext } from "../context.ts";
import type { Api } from "../web/api.ts";
import { ApiFailure } from "../web/api-failure.ts";
import { languageOf } from "../web/say.ts";
import { connectionAnswer, idParams } from "./connection-schemas.ts";
import { viewConnections } from "./connection-view.flow.ts";
import { loadOrFail } from "./manage.flow.ts";
import { ownConnection } from "./own-connection.flow.ts";
import { isReachable, subscribeHooks } from "./set-up.flow.ts";
import { isRecordTrouble, reasonOf, troubleOf } from "./trouble.flow.ts";

/** `/api/v1/connections/{id}/webhooks/restore`: what somebody removed in the shop's panel comes back by one click. */
export const webhooksApi: Api<AppContext> = (app, ctx) => {
  const schema = {
    summary: "Subscribe again to the shop's events that were removed in its panel (action restore_webhooks)",
    description:
      "Nothing happens to those that are there. 409 while webhooks are switched off in the settings, while the shop cannot reach this service or while it refuses the login; 422 with webhook_refused or shop_unreachable when the shop does not take them. Orders arrive without them, too.",
    tags: ["connections"],
    params: idParams,
    response: { 200: connectionAnswer },
  };
  app.post("/api/v1/connections/:id/webhooks/restore", { schema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    if (!connection.shopUrl) throw new ApiFailure(409, "shop_missing");
    if (!connection.settings.webhooks) throw new ApiFailure(409, "webhooks_off");
    if (!isReachable(ctx)) throw new ApiFailure(409, "webhooks_unreachable");
    if (connection.loginRefused === "shop_login_rejected") throw new ApiFailure(409, "shop_login_rejected");
    const error = await subscribeHooks(makeConnectionContext(ctx, connection));
    if (error) {
      const code = isRecordTrouble(error) ? "webhook_refused" : troubleOf(error).code;
      throw new ApiFailure(422, code, { details: { reason: reasonOf(error) } });
    }
    const language = languageOf(request.headers["accept-language"]);
    const [view] = await viewConnections(ctx, [await loadOrFail(ctx, connection.id)], language);
    return view!;
  });
};
