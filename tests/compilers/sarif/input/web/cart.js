const limit = 10;
var 名 = "🛒🛒"; debugger;

export function add(cart, item) {
  if (item = null) {
    return cart
  }
  let total = cart.total;
  while (true) {
    if (cart.items.length == limit) break;
	total += item.price;
  }
  return eval("total");
}
