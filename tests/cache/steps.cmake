# Steps in words, and scores in parts.
toca_add_test(tst_step_sentence DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_score_parts DIR cache LABELS unit LIBS toca::engine TORCH)
