// The ways files come into a form: chosen, dropped, pasted. `add` gets them.
const filesOf = (transfer) => [...(transfer?.files ?? [])].filter((file) => /^(image|video)\//.test(file.type));

export function listen(form, add) {
  const input = form.querySelector("[data-upload-input]");
  form.querySelector("[data-upload-choose]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = ""; // the same file can be chosen again
  });
  form.addEventListener("paste", (event) => {
    const files = filesOf(event.clipboardData);
    if (!files.length) return;
    event.preventDefault();
    add(files);
  });
  listenForDrops(form, add);
}

function listenForDrops(form, add) {
  const over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("composer-drop");
  };
  form.addEventListener("dragenter", over);
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("composer-drop");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("composer-drop");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
}
