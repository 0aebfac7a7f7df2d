import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressIsFilledIn, refusalsAtTheirFields, siteMustBeChosen } from "./connect-steps.ts";
import {
  catalogueIsServed,
  finalStatusesWait,
  orderReachesTheCrm,
  overviewFollowsTheArchive,
  statusReachesTheShop,
  waitingOrdersAreDecided,
} from "./exchange-steps.ts";
import { conflictIsNamedAtBothRows, mappingIsCompleted, pairsAreSuggested } from "./mapping-steps.ts";
import { accessIsTriedFirst, deletingAsksBack, exchangeIsPausedAndResumed, settingsAreSaved } from "./owner-steps.ts";
import { everybodySeesHisOwn, guestConnects, merchantWalksAround } from "./phone-steps.ts";
import { archiveIsLookedAtFirst, archiveIsPausedAndResumed, sidesAreCompared } from "./sides-steps.ts";
import { signInByLink, signInByToken, strangerIsAsked } from "./sign-in-steps.ts";
import { noBrowser, openStage, type Stage } from "./stage.ts";

const title = "the walk of an operator and of shop owners through the built service";

/** Each step goes on where the one before it stopped: the first that fails explains those after it. */
describe.skipIf(noBrowser)(noBrowser ? `${title}: skipped, ${noBrowser}` : title, { timeout: 180_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  }, 240_000);
  afterAll(() => stage?.close(), 30_000);

  const step = (name: string, walk: (stage: Stage) => Promise<void>) => test(name, () => walk(stage));

  step("who is not signed in is asked to", strangerIsAsked);
  step("the operator signs in by a link that works once", signInByLink);
  step("the operator signs in by the token, and only by the right one", signInByToken);
  step("the connection page has the CRM's address filled in", addressIsFilledIn);
  step("every refusal stands at its field", refusalsAtTheirFields);
  step("with a key for several shops of the CRM one must be chosen", siteMustBeChosen);
  step("pairs are suggested by name", pairsAreSuggested);
  step("a doubled choice is named at both rows", conflictIsNamedAtBothRows);
  step("the last pair starts the exchange", mappingIsCompleted);
  step("the overview follows the archive", overviewFollowsTheArchive);
  step("the catalogue's address is copied and set, its file made anew", catalogueIsServed);
  step("an order of the shop reaches the CRM", orderReachesTheCrm);
  step("the archive is looked at before it is loaded", archiveIsLookedAtFirst);
  step("a load of the archive is paused and resumed", archiveIsPausedAndResumed);
  step("both sides are compared, and what is missing is mended", sidesAreCompared);
  step("a status of the CRM reaches the shop", statusReachesTheShop);
  step("a final status waits for a person", finalStatusesWait);
  step("a merchant comes from his CRM with a telephone", merchantWalksAround);
  step("waiting orders are tried again, carried out, left", waitingOrdersAreDecided);
  step("settings are saved, or marked as wrong", settingsAreSaved);
  step("the exchange is paused and resumed", exchangeIsPausedAndResumed);
  step("new access data are tried first", accessIsTriedFirst);
  step("a guest connects his own shop with a telephone", guestConnects);
  step("everybody sees his own connections", everybodySeesHisOwn);
  step("deleting asks back", deletingAsksBack);
  test("no page complained of anything", () => {
    expect(stage.visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
