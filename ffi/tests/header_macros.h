
/** A literal's text and its length: two arguments. */
#define ONS_STR(literal) (literal), (sizeof(literal) - 1)
/** A NUL-ended string's text and its length: two arguments. */
#define ONS_CSTR(string) (string), strlen(string)
/** A literal as an ons_view_t, to be one of a list of initialisers. */
#define ONS_VIEW(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

/** A result that must not be dropped: an error to be looked at and freed. */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define ONS_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define ONS_MUST_USE __attribute__((warn_unused_result))
#else
#define ONS_MUST_USE
#endif
