import { readFileSync } from "./missing";

interface Item {
  name: string;
  price: number;
}

/** @deprecated Use `total` */
function sum(items: Item[]): number {
  return items.length;
}

export function total(items: Item[], unused: number): string {
  const balloons = "🎈🎈"; let wide: number = balloons;
  const item: Item = { name: "a", prise: 3 };
  sum(items);
  return items.reduce((total, item) => total + item.prcie, 0);
  console.log("unreachable");
}

const total = 1;
