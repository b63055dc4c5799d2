const a = (1;
var b
