const menü = "🍕🍝"; const größe = menü.length;
let 𝄞 = "é"; alert(𝄞, größe);
	let tab =	"👩‍🍳"; tab();
