/* gcc-args: -ftabstop=4 */
int main(void) {
	int	first = 1;	int	unused;
		return	first	+	undeclared;
}
