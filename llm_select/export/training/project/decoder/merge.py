"""Folds a trained LoRA update into its base: W + (α/r) B A becomes one matrix again, as fast to use as the base.

python merge.py      writes merged/ under the output folder, which any engine serves
"""

from __future__ import annotations

from model import load_trained
from peft import PeftModel
from settings import SettingsError, load, script


def main() -> None:
    settings = load()
    if settings.training.method in ("prefix-tuning", "prompt-tuning"):
        raise SettingsError(
            f"method {settings.training.method} adds vectors, not weights: nothing to merge"
        )
    if settings.training.method == "qlora":
        # The update was learnt beside the 4-bit base; it is added to the 16-bit one, which engines can quantize again.
        settings = settings.model_copy(
            update={"training": settings.training.model_copy(update={"method": "lora"})}
        )
    model, tokenizer = load_trained(settings)
    if not isinstance(model, PeftModel):
        raise SettingsError("all weights were trained: the saved model is whole already")
    folder = settings.folder / "merged"
    model.merge_and_unload().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    print(f"wrote {folder}")


if __name__ == "__main__":
    script(main)
