// What a buyer sees of S/4HANA, over OData V4, as far as the connector's tests need it.

@requires: 'authenticated-user'
@path: '/sap/opu/odata4/sap/api_purchaseorder_2/srvd_a2x/sap/purchaseorder/0001'
service purchaseorder {
  @cds.query.limit: 3
  entity PurchaseOrder {
    key PurchaseOrder              : String(10);
        PurchaseOrderType          : String(4) @mandatory;
        CompanyCode                : String(4);
        PurchasingOrganization     : String(4);
        PurchasingGroup            : String(3);
        Supplier                   : String(10);
        PurchaseOrderDate          : Date;
        DocumentCurrency           : String(5);
        PaymentTerms               : String(4);
        CorrespncInternalReference : String(12);
        LastChangeDateTime         : Timestamp @odata.etag  @cds.on.insert: $now  @cds.on.update: $now;
        _PurchaseOrderItem         : Composition of many PurchaseOrderItem
                                       on _PurchaseOrderItem.PurchaseOrder = PurchaseOrder;
  }

  entity PurchaseOrderItem {
    key PurchaseOrder             : String(10);
    key PurchaseOrderItem         : String(5);
        PurchaseOrderItemText     : String(40);
        Material                  : String(40);
        Plant                     : String(4);
        OrderQuantity             : Decimal(13, 3);
        PurchaseOrderQuantityUnit : String(3);
        NetPriceAmount            : Decimal(11, 2);
        IsCompletelyDelivered     : Boolean default false;
        LastChangeDateTime        : Timestamp @odata.etag  @cds.on.insert: $now  @cds.on.update: $now;
  }

  entity PurchaseOrderScheduleLine {
    key PurchasingDocument        : String(10);
    key PurchasingDocumentItem    : String(5);
    key ScheduleLine              : String(4);
        ScheduleLineDeliveryDate  : Date;
        ScheduleLineOrderQuantity : Decimal(13, 3);
        PurchaseOrderQuantityUnit : String(3);
  }

  entity PurchaseRequisition {
    key PurchaseRequisition     : String(10);
        PurchaseRequisitionType : String(4);
        PurReqnDescription      : String(40);
        _PurchaseRequisitionItem : Composition of many PurchaseRequisitionItem
                                     on _PurchaseRequisitionItem.PurchaseRequisition = PurchaseRequisition;
  }

  entity PurchaseRequisitionItem {
    key PurchaseRequisition     : String(10);
    key PurchaseRequisitionItem : String(5);
        Material                : String(40);
        Plant                   : String(4);
        RequestedQuantity       : Decimal(13, 3);
        BaseUnit                : String(3);
        DeliveryDate            : Date;
        PurchasingGroup         : String(3);
        FixedSupplier           : String(10);
  }

  entity MaterialStock {
    key Material                     : String(40);
    key Plant                        : String(4);
    key StorageLocation              : String(4);
    key InventoryStockType           : String(2);
        MatlWrhsStkQtyInMatlBaseUnit : Decimal(31, 14);
        MaterialBaseUnit             : String(3);
  }

  entity PurchasingInfoRecord {
    key PurchasingInfoRecord   : String(10);
        Supplier               : String(10);
        Material               : String(40);
        SupplierMaterialNumber : String(35);
        IsDeleted              : Boolean default false;
  }
}
