# Statistics, token groups and masks of sensitivity measurements.
toca_add_test(tst_rank_statistics DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_token_mask DIR cache LABELS unit LIBS toca::plan)
