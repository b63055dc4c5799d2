/** @type {number} */
let count = "x";
count.foo();
function f(a) { a.b.c = 1; return; f() }
