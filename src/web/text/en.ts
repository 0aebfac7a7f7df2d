/**
 * Every code that a person may meet, in English: what happened and what to do next. `{name}` is filled from the params;
 * a part in square brackets is left out when one of its values is missing, `{+name}` also when it is 0.
 */
export const en: Record<string, string> = {
  // Requests
  malformed: "The request cannot be understood. Correct the fields that are named and send it again.",
  unauthorized: "You are not signed in. Sign in with the operator's token, or open the module from your CRM.",
  forbidden:
    "This is not allowed with your sign-in. Open the module again from the CRM account concerned, or ask the operator.",
  not_found: "There is nothing at this address. Check the address, or go back to the list.",
  method_not_allowed:
    "This address does not accept this kind of request. The answer's header Allow names the accepted ones.",
  too_large: "The request is larger than 1 MB. Send less at a time.",
  too_many: "Too many attempts. Wait[ {seconds} s] and try again.",
  internal:
    "Something went wrong on our side; it has been written to the log. Try again, and tell support if it happens again.",
  field_code: "Only lower case letters, digits and _, starting with a letter.",
  field_time_zone: "A time zone such as Europe/Kyiv.",
  field_date: "A date that exists, such as 2025-01-31, or a time with its zone.",
  field_country: "A country code of two capital letters, such as UA.",
  field_language: "A language of the shop in small letters, such as ua.",
  field_crm_code: "The CRM has nothing with this code.[ It has: {codes}.]",
  ok: "Everything works.",

  // Connecting
  crm_address_refused:
    "This is not the address of a retailCRM or Simla.com account. Enter it like https://demo.retailcrm.pro: https, no path, no port.",
  crm_unreachable:
    "The CRM does not answer[: {reason}]. Check its address; during an outage the service tries again by itself and nothing is lost.",
  crm_key_rejected:
    "The CRM refused the API key. Take a working key from Administration > Integration > API access keys and save it here.",
  crm_scopes_missing: "The API key lacks rights[: {missing}]. Switch them on for this key in the CRM and try again.",
  site_required: "The API key sees several shops of the CRM[: {sites}]. Choose the one that the orders go to.",
  site_unknown: "The CRM has no shop[ “{site}”] that this API key can see. Choose one from the list.",
  horoshop_address_refused:
    "This address cannot be used as a shop. Enter the public address of the shop, like https://shop.example.",
  horoshop_unreachable:
    "The shop does not answer[: {reason}]. Check the address and whether the shop opens in a browser, then try again.",
  horoshop_not_a_shop:
    "There is no Horoshop shop at this address. Check it for typing errors; it is the address that buyers open.",
  horoshop_login_rejected:
    "The shop refused the login or the password. Check both in the shop's administration and enter them again.",
  horoshop_api_unavailable:
    "The login is right, but the shop does not let it read orders by API. Ask Horoshop to open the API for your tariff and give this user the right.",
  currency_mismatch:
    "The shop and the CRM use different currencies[: {shop} and {crm}]. Use the same currency on both sides.",
  connection_exists: "This shop is already linked with this shop of the CRM. Open the existing connection.",
  site_taken:
    "Another shop already sends its orders to this shop of the CRM, and order numbers would collide. Choose another one, or create it in the CRM.",
  site_in_use:
    "Orders have already been handed over to this shop of the CRM, so it cannot be changed. Make a new connection.",
  shop_changed:
    "Orders of another shop have already been handed over through this connection. Make a new connection for the new shop.",
  connection_not_active: "The connection is not active. Look at its state, do what is missing, then start again.",

  // States
  shop_missing: "The shop is not connected yet. Enter its address, login and password.",
  site_missing: "It is not chosen yet which shop of the CRM the orders go to. Choose it in the settings.",
  mapping_incomplete:
    "The mapping is not complete.[ Statuses: {+statuses}.][ Delivery types: {+deliveryTypes}.][ Payment types: {+paymentTypes}.] Give each a pair or set it aside; the exchange then starts by itself.",
  setup: "The set-up is not finished. Complete the steps that are shown as open.",
  paused: "The exchange is paused by a person. Press “Continue” to go on; nothing is lost meanwhile.",
  inactive: "The module is switched off in the CRM. Switch it on under Administration > Integration to go on.",
  frozen:
    "The CRM has frozen the module, usually because of payment. Settle it with the CRM's support; the exchange then goes on by itself.",

  // Mapping
  mapping_not_one_to_one:
    "An element stands in more than one pair. Each shop element needs its own CRM element: change the marked rows and save again.",
  mapping_unknown_element:
    "The mapping names an element that one side does not have[: {elements}]. Refresh the lists and choose again.",
  status_unmapped:
    "The shop's status[ “{name}”] has no pair in the CRM, so its orders wait. Choose the pair on the mapping page; the orders then go on by themselves.",
  delivery_unmapped:
    "The shop's delivery type[ “{name}”] has no pair in the CRM, so its orders wait. Choose the pair or set it aside on the mapping page.",
  payment_unmapped:
    "The shop's payment type[ “{name}”] has no pair in the CRM, so its orders wait. Choose the pair or set it aside on the mapping page.",
  element_removed:
    "A mapped element[ “{name}”] no longer exists or is switched off. Choose another one on the mapping page.",
  crm_status_unmapped:
    "The CRM's status[ “{status}”] has no pair in the shop: the shop keeps its status, all else goes on. Give it a pair if the shop should follow.",

  // Orders
  crm_refused_order:
    "The CRM refused the order[: {reason}]. Correct the order or the CRM's settings, then press “Try again”.",
  payment_not_allowed:
    "The CRM does not allow the payment type[ “{payment}”] with the delivery type[ “{delivery}”]. The order went without it. Allow the pair in the CRM's delivery type: the payment then follows by itself within a day, at once with “Try again”.",
  total_differs:
    "The totals differ[: {shop} in the shop, {crm} in the CRM]. Nothing was changed; compare the order's lines, discount and delivery cost.",
  shop_refused_status:
    "The shop refused the status[ “{name}”][: {reason}]. Set it in the shop by hand, or press “Try again”.",
  order_closed_in_shop:
    "The order is closed in the shop and can no longer be changed there. Set it aside, or correct it in the shop's administration.",
  final_status_waiting:
    "The CRM wants a status[ “{name}”] after which the shop locks the order. Confirm it, or keep the shop's status.",
  order_missing_in_shop: "The order is no longer in the shop. Set it aside here; in the CRM it stays as it is.",
  customer_ambiguous:
    "Several customers of the CRM fit this order[: {customers}], so none was linked. Merge them in the CRM or choose one in the order.",
  external_id_taken:
    "The CRM already has another order under this number[ (order {crmOrderId})]. Confirm if it is the same order, otherwise set this one aside.",
  tracking_not_supported:
    "This shop does not accept waybill numbers by API, so the number stays in the CRM only. Enter it in the shop by hand if needed.",
  offer_unknown:
    "The CRM's catalogue lacks articles of this order[: {articles}]. They stand there by name and are linked by themselves once the CRM has loaded the catalogue; lines that a manager edited stay as they are.",
  company_not_sent:
    "The order of the company[ “{company}”] went to the CRM with the person as its customer[: {reason}]. Switch corporate customers on in the CRM, or choose the company in the order there.",
  registered_customers_unavailable:
    "The shop gives no list of registered customers[ ({reason})], so they are not handed over; orders go on as usual. It is asked again daily; switch the setting off if the shop has none.",
  registered_customers_refused:
    "The CRM refused some of the shop's registered customers[: {count}]. They are tried again daily; look at their phone and e-mail in the shop.",
  nothing_to_confirm: "Nothing about this order waits for a confirmation. Reload the page to see its present state.",
  order_busy: "The order is being worked on at this moment. Try again in a minute.",

  // Both sides
  shop_unreachable:
    "The shop does not answer[: {reason}]. The service tries again by itself and nothing is lost; check whether the shop opens in a browser.",
  shop_login_rejected:
    "The shop refused the login or the password, so it is not asked any more. Enter the present ones under “Access”.",
  module_card_refused:
    "The CRM did not accept the module's card[: {reason}]. The exchange works; give the key the right integration_write and check the connection again.",
  webhook_removed:
    "The shop no longer reports new orders at once; they arrive with the regular look. Press “Switch on again” to subscribe anew.",
  webhook_refused:
    "The shop did not accept the subscription[: {reason}]. Its tariff may lack webhooks; orders arrive with the regular look all the same.",
  webhooks_off:
    "The webhooks are switched off in the settings. Switch them on there; the subscription then follows by itself.",
  webhooks_unreachable:
    "The shop cannot reach this service, so there is nothing to subscribe. Tell the operator: PUBLIC_URL must be a public https address.",
  sync_silent:
    "There has been no successful exchange for a long time[: {minutes} min]. Check both sides of the connection, then tell the operator.",
  crm_refused: "The CRM refused the request[: {reason}]. Correct what it names and try again.",

  // Catalogue
  catalog_shrunk:
    "Many offers of the last catalogue are gone or switched off in the new one[: {vanished} of {before}], so it is held back. Confirm it if this is right.",
  catalog_empty:
    "The shop answered without a single product, so the last catalogue[ of {before} offers] is still served. It is renewed by itself as soon as the shop shows its products again; look there if they are all hidden.",
  catalog_stale:
    "The catalogue could not be renewed for a long time[: since {since}]. The last good one is still served; look at the last catalogue run for the cause.",
  catalog_elsewhere:
    "The CRM loads its catalogue from another address[: {url}]. Press “Set the address in the CRM” if it should load ours.",
  catalog_not_held: "No catalogue waits for a confirmation. The served one is the newest.",

  // Stock
  stock_store_missing:
    "The CRM has no such warehouse for the stock[: {stores}]. Choose one that exists and is active, in the settings under “Stock”; nothing is written until then.",
  stock_warehouse_missing:
    "It is not clear which warehouse of the shop the stock belongs to.[ The shop has none called “{warehouse}”.][ It has: {warehouses}.] Enter its exact name in the settings under “Stock”; nothing is written until then.",
  stock_refused:
    "The stock of some articles was refused[: {articles}][ ({reason})]. Correct them on the side that refused; they are tried again.",
  stock_offer_unknown:
    "The CRM does not know some articles yet[: {articles}], so their stock was not sent. It follows once the CRM has loaded the catalogue.",

  // Runs
  run_not_pausable: "Only an upload of the archive can be paused. Stop this run instead, and start it again later.",
  orders_not_in_shop: "Passed over, because the shop does not have these orders (any more)[: {orders}].",
  orders_outside_period: "Passed over, because these orders are not of the chosen period[: {orders}].",
  run_finished: "This run has already ended. Start a new one if needed.",
  cancelled: "The run was stopped by a person. Start it again when you want; it goes on where it is needed.",
  interrupted: "The run was interrupted by a restart and is taken up again by itself.",
  dismissed: "A person set the order aside. Press “Try again” to take it up again.",
  set_aside:
    "An element of this order is set aside in the mapping, so the order stays out of the CRM. Change the mapping and try again to send it.",
  before_archive:
    "The order is older than the date in the archive settings, so it stays out of the CRM. Move the date to send it.",

  // Alerts
  alert_over: "This is over; nothing is left to do.[ It was: {message}]",
  alerts_begun: "problems that need a person[: {count}]",
  alerts_over: "problems that are over[: {count}]",
};
