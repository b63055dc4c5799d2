/* A header with an error, included by another header. */
struct broken {
    int first
    int second;
};
