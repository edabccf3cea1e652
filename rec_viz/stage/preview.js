export const draftOf = (scene) => ({ rows: [], intervals: null });
export const sameDraft = () => true;
export const canPreview = () => false;
export const draftLane = () => null;
export const draftWords = () => "";
export const previewText = () => "";
export const drawPreview = () => null;
