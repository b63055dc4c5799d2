int bom;
int crlf;
int 日本;
