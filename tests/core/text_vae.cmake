# Text encoder, tokenizer and VAEs.
toca_add_test(tst_tokenizer DIR core LABELS unit reference LIBS toca::models toca::checkpoint TORCH)
toca_add_test(tst_t5_encoder DIR core LABELS unit reference LIBS toca::models toca::checkpoint TORCH)
toca_add_test(tst_autoencoder_kl DIR core LABELS unit reference LIBS toca::models toca::checkpoint TORCH)
toca_add_test(tst_video_vae DIR core LABELS unit reference LIBS toca::models toca::checkpoint TORCH)
