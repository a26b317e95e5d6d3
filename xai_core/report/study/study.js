{
  const parts = [...document.querySelectorAll("[data-quantile]")];
  const slider = document.getElementById("quantile"), line = document.getElementById("here");
  const told = document.getElementById("told");
  slider.oninput = () => {
    const now = parts[slider.value];
    for (const part of parts) part.hidden = part !== now;
    told.textContent = now.dataset.quantile;
    slider.setAttribute("aria-valuetext", now.dataset.quantile);
    for (const end of ["x1", "x2"]) line?.setAttribute(end, now.dataset.x);
  };
  document.querySelector(".slide").hidden = false;
}
