int main(void) {
    const char *greeting = "こんにちは、世界 👍🏽 e\u0301"; int number = greeting;
    int größe = 1; return größe + grösse;
}
