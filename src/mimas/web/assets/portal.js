// What the pages do by themselves: choosing resources for a field, showing answers.
(() => {
  const parts = (picker) => ({
    input: picker.querySelector("input[role=combobox]"),
    choices: picker.querySelector(".choices"),
    picked: picker.querySelector(".picked"),
  });

  const close = (picker) => {
    const { input, choices } = parts(picker);
    choices.replaceChildren();
    input.setAttribute("aria-expanded", "false");
  };

  const choose = (picker, option) => {
    const { input, picked } = parts(picker);
    const { id, said } = option.dataset;
    if (!("several" in picker.dataset)) picked.replaceChildren();
    if (![...picked.querySelectorAll("input")].some((one) => one.value === id)) {
      const item = document.createElement("li");
      item.append(picker.querySelector("template").content.cloneNode(true));
      item.querySelector("input").value = id;
      item.querySelector("span").textContent = said;
      picked.append(item);
    }
    input.value = "";
    close(picker);
    input.focus();
  };

  document.addEventListener("click", (event) => {
    const picker = event.target.closest(".picker");
    document.querySelectorAll(".picker").forEach((one) => one === picker || close(one));
    if (!picker) return;
    const option = event.target.closest("[role=option]");
    if (option) choose(picker, option);
    const remove = event.target.closest(".picked .btn-close");
    if (remove) {
      remove.closest("li").remove();
      parts(picker).input.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest?.(".picker");
    if (!picker) return;
    const options = [...picker.querySelectorAll("[role=option]")];
    const at = options.indexOf(document.activeElement);
    if (event.key === "Escape") close(picker);
    else if (event.key === "ArrowDown" && options.length) options[Math.min(at + 1, options.length - 1)].focus();
    else if (event.key === "ArrowUp" && at === 0) parts(picker).input.focus();
    else if (event.key === "ArrowUp" && at > 0) options[at - 1].focus();
    else if (event.key === "Enter" && at >= 0) choose(picker, options[at]);
    else if (event.key === "Enter" && options.length) choose(picker, options[0]);
    else return;
    event.preventDefault();
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const picker = event.target.closest?.(".picker") ?? event.detail?.ctx?.target?.closest?.(".picker");
    if (picker) parts(picker).input.setAttribute("aria-expanded", "true");
    // An answer that stands below the screen of a phone is shown.
    const answer = (event.detail?.ctx?.target ?? event.target).closest?.(".aside");
    if (answer && answer.getBoundingClientRect().top > innerHeight - 100) answer.scrollIntoView();
  });
})();
