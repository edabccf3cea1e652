"""The Paper page's toy experiments: `studies` are what runs, `results` what rows say, `running` a run under way."""
