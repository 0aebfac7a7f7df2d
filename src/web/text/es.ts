export const es: Record<string, string> = {
  malformed: "No se entiende la solicitud. Corrija los campos indicados y envíela de nuevo.",
  unauthorized: "No ha iniciado sesión. Entre con el token del operador o abra el módulo desde su CRM.",
  forbidden:
    "Su sesión no permite hacer esto. Abra de nuevo el módulo desde la cuenta de CRM correspondiente o consulte al operador.",
  not_found: "No hay nada en esta dirección. Compruébela o vuelva a la lista.",
  method_not_allowed:
    "Esta dirección no acepta este tipo de solicitud. La cabecera Allow de la respuesta indica los aceptados.",
  too_large: "La solicitud supera 1 MB. Envíe menos cada vez.",
  too_many: "Demasiados intentos. Espere[ {seconds} s] y pruebe otra vez.",
  internal:
    "Algo falló de nuestro lado y ha quedado en el registro. Pruebe otra vez y, si se repite, avise al soporte.",
  field_code: "Solo letras minúsculas, cifras y _, empezando por una letra.",
  field_time_zone: "Una zona horaria como Europe/Kyiv.",
  field_date: "Una fecha que exista, como 2025-01-31, o una hora con su zona.",
  field_country: "Un código de país de dos mayúsculas, como UA.",
  field_language: "Un idioma de la tienda en minúsculas, como ua.",
  field_crm_code: "El CRM no tiene nada con este código.[ Tiene: {codes}.]",
  ok: "Todo funciona.",

  crm_address_refused:
    "Esta no es la dirección de una cuenta de retailCRM o Simla.com. Escríbala así: https://demo.retailcrm.pro, con https, sin ruta ni puerto.",
  crm_unreachable:
    "El CRM no responde[: {reason}]. Compruebe su dirección; si es una avería, el servicio vuelve a intentarlo solo y no se pierde nada.",
  crm_key_rejected:
    "El CRM rechazó la clave de API. Tome una clave válida en Administración > Integración > Claves de acceso a la API y guárdela aquí.",
  crm_scopes_missing:
    "A la clave de API le faltan permisos[: {missing}]. Actívelos para esta clave en el CRM y pruebe otra vez.",
  site_required: "La clave de API ve varias tiendas del CRM[: {sites}]. Elija la que recibirá los pedidos.",
  site_unknown: "El CRM no tiene una tienda[ «{site}»] visible para esta clave de API. Elija una de la lista.",
  horoshop_address_refused:
    "Esta dirección no se puede usar como tienda. Escriba la dirección pública de la tienda, por ejemplo https://shop.example.",
  horoshop_unreachable:
    "La tienda no responde[: {reason}]. Compruebe la dirección y si la tienda se abre en un navegador, y pruebe otra vez.",
  horoshop_not_a_shop:
    "En esta dirección no hay una tienda Horoshop. Revise si hay errores: es la dirección que abren los compradores.",
  horoshop_login_rejected:
    "La tienda rechazó el usuario o la contraseña. Compruébelos en la administración de la tienda y escríbalos de nuevo.",
  horoshop_api_unavailable:
    "El usuario es correcto, pero la tienda no le deja leer pedidos por la API. Pida a Horoshop que abra la API en su tarifa y dé ese permiso al usuario.",
  currency_mismatch: "La tienda y el CRM usan monedas distintas[: {shop} y {crm}]. Use la misma moneda en ambos lados.",
  connection_exists: "Esta tienda ya está enlazada con esta tienda del CRM. Abra la conexión existente.",
  site_taken:
    "Otra tienda ya envía sus pedidos a esta tienda del CRM y los números chocarían. Elija otra o créela en el CRM.",
  site_in_use:
    "Ya se han entregado pedidos a esta tienda del CRM, por lo que no se puede cambiar. Cree una conexión nueva.",
  shop_changed:
    "Por esta conexión ya se han entregado pedidos de otra tienda. Cree una conexión nueva para la tienda nueva.",
  connection_not_active: "La conexión no está activa. Mire su estado, haga lo que falta y vuelva a empezar.",

  shop_missing: "La tienda aún no está conectada. Escriba su dirección, usuario y contraseña.",
  site_missing: "Aún no se ha elegido la tienda del CRM que recibe los pedidos. Elíjala en los ajustes.",
  mapping_incomplete:
    "Las correspondencias no están completas.[ Estados: {+statuses}.][ Tipos de entrega: {+deliveryTypes}.][ Tipos de pago: {+paymentTypes}.] Dé a cada uno su pareja o apártelo; el intercambio empezará solo.",
  setup: "La configuración no ha terminado. Complete los pasos que aparecen pendientes.",
  paused: "Una persona ha pausado el intercambio. Pulse «Continuar»; mientras tanto no se pierde nada.",
  inactive: "El módulo está desactivado en el CRM. Para seguir, actívelo en Administración > Integración.",
  frozen:
    "El CRM ha congelado el módulo, casi siempre por el pago. Resuélvalo con el soporte del CRM; después el intercambio sigue solo.",

  mapping_not_one_to_one:
    "Un elemento está en más de una pareja. Cada elemento de la tienda necesita su propio elemento del CRM: cambie las filas marcadas y guarde de nuevo.",
  mapping_unknown_element:
    "Las correspondencias nombran un elemento que uno de los lados no tiene[: {elements}]. Actualice las listas y elija de nuevo.",
  status_unmapped:
    "El estado de la tienda[ «{name}»] no tiene pareja en el CRM y sus pedidos esperan. Elija la pareja en la página de correspondencias; los pedidos seguirán solos.",
  delivery_unmapped:
    "El tipo de entrega de la tienda[ «{name}»] no tiene pareja en el CRM y sus pedidos esperan. Elija la pareja o apártelo en la página de correspondencias.",
  payment_unmapped:
    "El tipo de pago de la tienda[ «{name}»] no tiene pareja en el CRM y sus pedidos esperan. Elija la pareja o apártelo en la página de correspondencias.",
  element_removed:
    "Un elemento con pareja[ «{name}»] ya no existe o está desactivado. Elija otro en la página de correspondencias.",
  crm_status_unmapped:
    "El estado del CRM[ «{status}»] no tiene pareja en la tienda: la tienda conserva el suyo y lo demás continúa. Dele una pareja si la tienda debe seguirlo.",

  crm_refused_order:
    "El CRM rechazó el pedido[: {reason}]. Corrija el pedido o los ajustes del CRM y pulse «Probar otra vez».",
  payment_not_allowed:
    "El CRM no permite el tipo de pago[ «{payment}»] con el tipo de entrega[ «{delivery}»]. El pedido se envió sin él. Permita esa pareja en el tipo de entrega del CRM: el pago se añadirá solo en un día, o enseguida con «Probar otra vez».",
  total_differs:
    "Los totales difieren[: {shop} en la tienda, {crm} en el CRM]. No se cambió nada; compare las líneas, el descuento y el coste de entrega.",
  shop_refused_status:
    "La tienda rechazó el estado[ «{name}»][: {reason}]. Póngalo a mano en la tienda o pulse «Probar otra vez».",
  order_closed_in_shop:
    "El pedido está cerrado en la tienda y allí ya no se puede cambiar. Apártelo o corríjalo en la administración de la tienda.",
  final_status_waiting:
    "El CRM pide un estado[ «{name}»] tras el cual la tienda bloquea el pedido. Confírmelo o conserve el estado de la tienda.",
  order_missing_in_shop: "El pedido ya no está en la tienda. Apártelo aquí; en el CRM queda como está.",
  customer_ambiguous:
    "Varios clientes del CRM encajan con este pedido[: {customers}] y no se enlazó ninguno. Únalos en el CRM o elija uno en el pedido.",
  external_id_taken:
    "El CRM ya tiene otro pedido con este número[ (pedido {crmOrderId})]. Confirme si es el mismo; si no, aparte este.",
  tracking_not_supported:
    "Esta tienda no acepta números de guía por la API y el número queda solo en el CRM. Escríbalo a mano en la tienda si hace falta.",
  offer_unknown:
    "Al catálogo del CRM le faltan artículos de este pedido[: {articles}]. Se anotaron por nombre y se enlazan solos cuando el CRM carga el catálogo; las líneas que un gestor cambió se quedan como están.",
  company_not_sent:
    "El pedido de la empresa[ «{company}»] llegó al CRM con la persona como cliente[: {reason}]. Active los clientes corporativos en el CRM o elija allí la empresa en el pedido.",
  registered_customers_unavailable:
    "La tienda no da la lista de clientes registrados[ ({reason})] y por eso no se envían; los pedidos siguen como siempre. Se pregunta cada día; desactive el ajuste si no los hay.",
  registered_customers_refused:
    "El CRM rechazó algunos clientes registrados de la tienda[: {count}]. Se intentan de nuevo cada día; revise su teléfono y correo en la tienda.",
  nothing_to_confirm: "Nada de este pedido espera confirmación. Recargue la página para ver su estado actual.",
  order_busy: "El pedido se está tratando en este momento. Pruebe dentro de un minuto.",

  shop_unreachable:
    "La tienda no responde[: {reason}]. El servicio vuelve a intentarlo solo y no se pierde nada; compruebe si la tienda se abre en un navegador.",
  shop_login_rejected:
    "La tienda rechazó el usuario o la contraseña y ya no se le pregunta. Escriba los actuales en «Accesos».",
  module_card_refused:
    "El CRM no aceptó la ficha del módulo[: {reason}]. El intercambio funciona; dé a la clave el permiso integration_write y compruebe la conexión de nuevo.",
  webhook_removed:
    "La tienda ya no avisa al instante de pedidos nuevos; llegan con la revisión regular. Pulse «Activar de nuevo» para suscribirse otra vez.",
  webhook_refused:
    "La tienda no aceptó la suscripción[: {reason}]. Puede que su tarifa no incluya webhooks; los pedidos llegan igualmente con la revisión regular.",
  webhooks_off: "Los webhooks están desactivados en los ajustes. Actívelos allí; la suscripción se hace sola.",
  webhooks_unreachable:
    "La tienda no puede acceder a este servicio, así que no hay nada que suscribir. Avise al operador: PUBLIC_URL debe ser una dirección https pública.",
  sync_silent:
    "Hace mucho que no hay un intercambio con éxito[: {minutes} min]. Compruebe ambos lados de la conexión y avise al operador.",
  crm_refused: "El CRM rechazó la solicitud[: {reason}]. Corrija lo que indica y pruebe otra vez.",

  catalog_shrunk:
    "Muchas ofertas del catálogo anterior faltan o están desactivadas en el nuevo[: {vanished} de {before}], por eso está retenido. Confírmelo si es correcto.",
  catalog_empty:
    "La tienda respondió sin ningún producto, así que se sigue sirviendo el último catálogo[ de {before} ofertas]. Se renovará solo en cuanto la tienda vuelva a mostrar sus productos; compruebe allí si están todos ocultos.",
  catalog_stale:
    "Hace mucho que no se puede renovar el catálogo[: desde {since}]. Se sirve el último bueno; la causa está en la última ejecución del catálogo.",
  catalog_elsewhere:
    "El CRM carga su catálogo desde otra dirección[: {url}]. Pulse «Poner la dirección en el CRM» si debe cargar el nuestro.",
  catalog_not_held: "Ningún catálogo espera confirmación. Se sirve el más reciente.",

  stock_store_missing:
    "El CRM no tiene ese almacén para las existencias[: {stores}]. Elija uno que exista y esté activo en los ajustes, apartado «Existencias»; hasta entonces no se escribe nada.",
  stock_warehouse_missing:
    "No está claro a qué almacén de la tienda pertenecen las existencias.[ La tienda no tiene ninguno llamado «{warehouse}».][ Tiene: {warehouses}.] Indique su nombre exacto en los ajustes, apartado «Existencias»; hasta entonces no se escribe nada.",
  stock_refused:
    "No se aceptaron las existencias de algunos artículos[: {articles}][ ({reason})]. Corríjalos en el lado que los rechazó; se volverá a intentar.",
  stock_offer_unknown:
    "El CRM aún no conoce algunos artículos[: {articles}], por eso no se enviaron sus existencias. Seguirán en cuanto el CRM cargue el catálogo.",

  run_not_pausable: "Solo se puede pausar el envío del archivo. Detenga esta ejecución y empiécela de nuevo más tarde.",
  orders_not_in_shop: "Omitidos, porque la tienda (ya) no tiene estos pedidos[: {orders}].",
  orders_outside_period: "Omitidos, porque estos pedidos no son del período elegido[: {orders}].",
  run_finished: "Esta ejecución ya ha terminado. Empiece otra si hace falta.",
  cancelled: "Una persona detuvo la ejecución. Iníciela de nuevo cuando quiera: sigue donde hace falta.",
  interrupted: "Un reinicio interrumpió la ejecución; se retoma sola.",
  dismissed: "Una persona apartó el pedido. Pulse «Probar otra vez» para retomarlo.",
  set_aside:
    "Un elemento de este pedido está apartado en las correspondencias y el pedido no entra en el CRM. Cambie las correspondencias y pruebe otra vez para enviarlo.",
  before_archive:
    "El pedido es anterior a la fecha de los ajustes del archivo y no entra en el CRM. Cambie la fecha para enviarlo.",

  alert_over: "Esto ya ha pasado; no queda nada por hacer.[ Era: {message}]",
  alerts_begun: "problemas que necesitan a una persona[: {count}]",
  alerts_over: "problemas que ya han pasado[: {count}]",
};
