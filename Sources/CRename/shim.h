#pragma once

// Exchanging two names in one step, which the C library offers under a feature macro that Swift's view of it lacks.

#if defined(__linux__)
extern int renameat2(int, const char *, int, const char *, unsigned int);

/// 0 when `one` and `other` have exchanged their names; -1, with errno, where that is not possible.
static inline int exchange_names(const char *one, const char *other) {
    return renameat2(-100 /* AT_FDCWD */, one, -100, other, 1u << 1 /* RENAME_EXCHANGE */);
}
#else
extern int renamex_np(const char *, const char *, unsigned int);

static inline int exchange_names(const char *one, const char *other) {
    return renamex_np(one, other, 2 /* RENAME_SWAP */);
}
#endif
