/* gcc-args: -fdiagnostics-column-unit=byte -fdiagnostics-column-origin=0 */
int main(void) {
	char *greeting = "こんにちは"; int number = greeting; return undeclared;
}
