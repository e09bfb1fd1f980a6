// Gives numbers to documents and their items, as number ranges do.

export default function (service) {
  let last = 4500000000
  const numbered = (entity, items, field) =>
    service.before('CREATE', entity, ({ data }) => {
      data[entity] ??= String(++last)
      data[items]?.forEach((item, place) => (item[field] ??= String((place + 1) * 10).padStart(5, '0')))
    })
  numbered('PurchaseOrder', '_PurchaseOrderItem', 'PurchaseOrderItem')
  numbered('PurchaseRequisition', '_PurchaseRequisitionItem', 'PurchaseRequisitionItem')
}
