export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.querySelector(".upload span").textContent = data.label;
  const input = parentElement.querySelector(".upload input");
  input.accept = data.accept;
  input.onclick = () => { // the same file may be chosen again once it is mended
    input.value = "";
    delete input.dataset.told;
  };
  const tell = () => {
    const [file] = input.files;
    if (!file) return;
    input.dataset.told = "true";
    if (file.size > data.most) return setTriggerValue("chosen", { name: file.name });
    const reader = new FileReader();
    reader.onload = () => setTriggerValue("chosen", { name: file.name, b64: String(reader.result).split(",")[1] ?? "" });
    reader.readAsDataURL(file);
  };
  input.onchange = tell;
  if (!input.dataset.told) tell(); // a file chosen before this code ran
}
