import { SaxesParser } from "saxes";

export type IcmlOffer = {
  id: string;
  productId: string;
  quantity: number;
  type: "product" | "service";
  active: boolean;
  productActive: boolean;
  url?: string;
  price: number;
  purchasePrice: number;
  categoryIds: string[];
  pictures: string[];
  name: string;
  productName: string;
  xmlId?: string;
  vendor?: string;
  params: { name: string; code: string; value: string }[];
  unit?: { code: string; name: string; sym: string };
  vatRate?: string;
  weight?: number;
  barcode?: string;
};

export type IcmlCategory = { id: string; parentId?: string; name: string };

export type IcmlFile = { date: string; categories: IcmlCategory[]; offers: IcmlOffer[] };

type Element = { name: string; attributes: Record<string, string>; text: string };

/** Reads a catalogue file (icml.md); throws an error in plain words when it is not well-formed or not a catalogue. */
export function parseIcml(text: string): IcmlFile {
  const file: IcmlFile = { date: "", categories: [], offers: [] };
  const open: Element[] = [];
  let category: IcmlCategory | undefined;
  let offer: IcmlOffer | undefined;
  const parser = new SaxesParser({});
  parser.on("error", (error) => {
    throw new Error(`The catalogue file is not well-formed: ${error.message}`);
  });
  parser.on("opentag", (tag) => {
    const attributes = tag.attributes as Record<string, string>;
    open.push({ name: tag.name, attributes, text: "" });
    if (tag.name === "yml_catalog") file.date = attributes.date ?? "";
    if (tag.name === "category") category = newCategory(attributes);
    if (tag.name === "offer") offer = newOffer(attributes);
  });
  parser.on("text", (part) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += part;
  });
  parser.on("cdata", (part) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += part;
  });
  parser.on("closetag", () => {
    const element = open.pop()!;
    if (element.name === "category" && category !== undefined) {
      if (category.name === "") category.name = element.text.trim();
      file.categories.push(category);
      category = undefined;
    } else if (category !== undefined) {
      if (element.name === "name") category.name = element.text.trim();
    } else if (element.name === "offer" && offer !== undefined) {
      file.offers.push(offer);
      offer = undefined;
    } else if (offer !== undefined) readPart(offer, element);
  });
  parser.write(text).close();
  check(file);
  return file;
}

function newCategory(attributes: Record<string, string>): IcmlCategory {
  const { id = "", parentId } = attributes;
  return { id, name: "", ...(parentId === undefined ? {} : { parentId }) };
}

function newOffer(attributes: Record<string, string>): IcmlOffer {
  return {
    id: attributes.id ?? "",
    productId: attributes.productId ?? "",
    quantity: Number(attributes.quantity ?? 0),
    type: attributes.type === "service" ? "service" : "product",
    active: true,
    productActive: true,
    price: 0,
    purchasePrice: 0,
    categoryIds: [],
    pictures: [],
    name: "",
    productName: "",
    params: [],
  };
}

function readPart(offer: IcmlOffer, element: Element): void {
  const text = element.text.trim();
  const { attributes } = element;
  switch (element.name) {
    case "productActivity":
      offer.productActive = text !== "N";
      return;
    case "activity":
      offer.active = text !== "N";
      return;
    case "price":
      offer.price = Number(text);
      return;
    case "purchasePrice":
      offer.purchasePrice = Number(text);
      return;
    case "weight":
      offer.weight = Number(text);
      return;
    case "categoryId":
      offer.categoryIds.push(text);
      return;
    case "picture":
      offer.pictures.push(text);
      return;
    case "param":
      offer.params.push({ name: attributes.name ?? "", code: attributes.code ?? "", value: text });
      return;
    case "unit":
      offer.unit = { code: attributes.code ?? "", name: attributes.name ?? "", sym: attributes.sym ?? "" };
      return;
    case "url":
    case "name":
    case "productName":
    case "xmlId":
    case "vendor":
    case "vatRate":
    case "barcode":
      offer[element.name] = text;
  }
}

function check(file: IcmlFile): void {
  const seen = new Set<string>();
  for (const offer of file.offers) {
    if (offer.id === "") throw new Error("An offer without id.");
    if (seen.has(offer.id)) throw new Error(`The offer id ${offer.id} is there twice.`);
    seen.add(offer.id);
    if (offer.name === "") throw new Error(`The offer ${offer.id} has no name.`);
    if (!Number.isFinite(offer.price)) throw new Error(`The price of the offer ${offer.id} is not a number.`);
    if (!Number.isFinite(offer.quantity)) throw new Error(`The quantity of the offer ${offer.id} is not a number.`);
  }
}
