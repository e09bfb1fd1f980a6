// Keys for whoever likes them: 1 to 4 choose, Enter sends, c begins a comment and Escape ends it. All of it works without this.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const form = document.querySelector("form.vote");
  if (!form) {
    const onwards = document.querySelector("a.onwards");
    if (event.key === "Enter" && onwards && event.target === document.body) onwards.click();
    return;
  }
  if (event.target.tagName === "TEXTAREA") {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const choice = "1234".includes(event.key) && form.querySelectorAll("input[type=radio]")[event.key - 1];
  if (choice) {
    choice.checked = true;
    choice.focus();
  } else if (event.key === "c") {
    form.querySelector("textarea").focus();
  } else if (event.key === "Enter" && event.target.tagName !== "A" && event.target.tagName !== "BUTTON") {
    form.requestSubmit();
  } else return;
  event.preventDefault();
});
